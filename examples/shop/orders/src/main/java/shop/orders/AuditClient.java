package shop.orders;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

@Component
class AuditClient {
    private final RestTemplate http;
    private final String url;

    AuditClient(RestTemplate http, @Value("${audit.url}") String url) {
        this.http = http;
        this.url = url;
    }

    /** Nobody waits for it and nobody sees it fail. */
    @Async("workers")
    void record(String event, Long order) {
        http.postForLocation(url + "/events", event + ":" + order);
    }
}
