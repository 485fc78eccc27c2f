package shop.users;

import org.springframework.data.repository.CrudRepository;

interface UserRepository extends CrudRepository<User, Long> {}
