package shop.orders;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;

@Entity
@Table(name = "order_lines")
public class OrderLine {
    @Id
    @GeneratedValue
    private Long id;

    @ManyToOne
    private Order order;

    private String sku;
    private int quantity;

    public String getSku() {
        return sku;
    }

    public int getQuantity() {
        return quantity;
    }
}
