package shop.orders;

import java.math.BigDecimal;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

@Component
class PaymentsClient {
    private final RestTemplate http;
    private final String url;

    PaymentsClient(RestTemplate http, @Value("${payments.url}") String url) {
        this.http = http;
        this.url = url;
    }

    @Retryable(maxAttempts = 3)
    void charge(Long order, BigDecimal amount) {
        http.postForObject(url + "/charges", Map.of("order", order, "amount", amount), Void.class);
    }

    /** Taken on cancellation after payment only: no trace of an ordinary day shows it. */
    void refund(Long order) {
        http.postForObject(url + "/refunds", Map.of("order", order), Void.class);
    }
}
