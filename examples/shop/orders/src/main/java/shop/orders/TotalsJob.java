package shop.orders;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

@Component
class TotalsJob {
    private final JdbcTemplate jdbc;

    TotalsJob(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Fills the table from which loyalty tiers are made. */
    @Scheduled(fixedDelayString = "${service.timeout.ms}")
    void total() {
        jdbc.update("INSERT INTO order_totals (user_id, total) SELECT user_id, sum(total) FROM orders GROUP BY user_id");
    }
}
