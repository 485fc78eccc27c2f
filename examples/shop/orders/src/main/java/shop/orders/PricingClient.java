package shop.orders;

import java.math.BigDecimal;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

@Component
class PricingClient {
    private final RestTemplate http;
    private final String url;

    PricingClient(RestTemplate http, @Value("${pricing.url}") String url) {
        this.http = http;
        this.url = url;
    }

    @Retryable(maxAttempts = 3, backoff = @Backoff(delay = 0))
    BigDecimal priceOf(String sku) {
        return http.getForObject(url + "/prices/{sku}", BigDecimal.class, sku);
    }
}
