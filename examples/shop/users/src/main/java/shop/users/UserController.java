package shop.users;

import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class UserController {
    private final UserRepository users;
    private final LoyaltyService loyalty;

    UserController(UserRepository users, LoyaltyService loyalty) {
        this.users = users;
        this.loyalty = loyalty;
    }

    @GetMapping("/api/users/{id}")
    Optional<User> user(@PathVariable Long id) {
        return users.findById(id);
    }

    @GetMapping("/users/{id}/tier")
    String tier(@PathVariable Long id) {
        return loyalty.tierOf(id);
    }
}
