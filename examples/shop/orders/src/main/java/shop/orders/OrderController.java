package shop.orders;

import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/orders")
class OrderController {
    private final OrderService service;

    OrderController(OrderService service) {
        this.service = service;
    }

    @PostMapping
    Order place(@RequestBody Order order) {
        return service.place(order);
    }

    @DeleteMapping("/{id}")
    void cancel(@PathVariable Long id, @RequestParam boolean paid) {
        service.cancel(id, paid);
    }

    @GetMapping("/users/{user}/items")
    int items(@PathVariable Long user) {
        return service.itemsOf(user);
    }
}
