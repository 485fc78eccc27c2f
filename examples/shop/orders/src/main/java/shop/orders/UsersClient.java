package shop.orders;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

@Component
class UsersClient {
    /** Made by hand, so none of the bounds of the configured client hold: it waits for ever. */
    private final RestTemplate http = new RestTemplate();

    @Value("${users.url}")
    private String url;

    String tierOf(Long user) {
        return http.getForObject(url + "/users/" + user + "/tier", String.class);
    }
}
