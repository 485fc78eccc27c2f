package shop.orders;

import io.getunleash.DefaultUnleash;
import io.getunleash.Unleash;
import io.getunleash.util.UnleashConfig;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.web.client.RestTemplate;

@Configuration
class ClientsConfig {
    /** Prices and payments: bounded by the shared key. */
    @Bean
    RestTemplate boundedTemplate(RestTemplateBuilder builder, @Value("${service.timeout.ms}") long timeoutMs) {
        return builder.setConnectTimeout(Duration.ofSeconds(1)).setReadTimeout(Duration.ofMillis(timeoutMs)).build();
    }

    /** Feature flags: fetched at start-up, then polled by the library's own thread. */
    @Bean
    Unleash unleash(@Value("${unleash.url}") String url) {
        return new DefaultUnleash(UnleashConfig.builder().appName("orders").unleashAPI(url).synchronousFetchOnInitialisation(true).build());
    }

    /** Ten threads for API calls, jobs and event handlers alike; nothing bounds the queue. */
    @Bean
    Executor workers(@Value("${service.timeout.ms}") int keepAliveMs) {
        ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
        executor.setCorePoolSize(10);
        executor.setMaxPoolSize(10);
        executor.setKeepAliveSeconds(keepAliveMs / 1000);
        return executor;
    }
}
