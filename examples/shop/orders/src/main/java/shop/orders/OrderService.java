package shop.orders;

import io.getunleash.Unleash;
import java.math.BigDecimal;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class OrderService {
    static final String INVOICES = "invoice.requested";

    private final OrderRepository orders;
    private final PricingClient pricing;
    private final PaymentsClient payments;
    private final UsersClient users;
    private final AuditClient audit;
    private final RabbitTemplate rabbit;
    private final Unleash flags;

    OrderService(OrderRepository orders, PricingClient pricing, PaymentsClient payments, UsersClient users, AuditClient audit,
            RabbitTemplate rabbit, Unleash flags) {
        this.orders = orders;
        this.pricing = pricing;
        this.payments = payments;
        this.users = users;
        this.audit = audit;
        this.rabbit = rabbit;
        this.flags = flags;
    }

    @Transactional
    @Retryable(maxAttempts = 3)
    public Order place(Order order) {
        BigDecimal total = BigDecimal.ZERO;
        for (OrderLine line : order.getLines()) {
            total = total.add(pricing.priceOf(line.getSku()).multiply(BigDecimal.valueOf(line.getQuantity())));
        }
        if (flags.isEnabled("loyalty-discount") && "gold".equals(users.tierOf(order.getUserId()))) {
            total = total.multiply(new BigDecimal("0.95"));
        }
        order.setTotal(total);
        Order saved = orders.save(order);
        payments.charge(saved.getId(), total);
        rabbit.convertAndSend("", INVOICES, saved.getId());
        audit.record("placed", saved.getId());
        return saved;
    }

    public void cancel(Long id, boolean paid) {
        if (paid) {
            payments.refund(id);
        }
        orders.deleteById(id);
        audit.record("cancelled", id);
    }

    /** One query for the orders, then one for the lines of each. */
    public int itemsOf(Long user) {
        int items = 0;
        for (Order order : orders.findByUserId(user)) {
            items += order.getLines().size();
        }
        return items;
    }
}
