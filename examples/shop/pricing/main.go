// Answers prices from the cache. There is no other source: a cold cache means no price.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	cache := redis.NewClient(&redis.Options{Addr: os.Getenv("CACHE_ADDR"), PoolSize: 10})
	http.HandleFunc("/prices/", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 8*time.Second)
		defer cancel()
		sku := strings.TrimPrefix(r.URL.Path, "/prices/")
		price, err := cache.Get(ctx, "price:"+sku).Result()
		if err != nil {
			http.Error(w, "no price", http.StatusServiceUnavailable)
			return
		}
		if _, err := w.Write([]byte(price)); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(":8090", nil))
}
