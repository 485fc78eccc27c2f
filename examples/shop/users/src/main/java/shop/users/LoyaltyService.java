package shop.users;

import java.math.BigDecimal;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;

@Service
class LoyaltyService {
    private final JdbcTemplate jdbc;

    LoyaltyService(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Reads what the orders program fills. When that stops, tiers go stale and nothing fails. */
    String tierOf(Long user) {
        List<BigDecimal> totals = jdbc.queryForList("SELECT total FROM order_totals WHERE user_id = ?", BigDecimal.class, user);
        return totals.stream().reduce(BigDecimal.ZERO, BigDecimal::add).compareTo(new BigDecimal("1000")) > 0 ? "gold" : "basic";
    }
}
