// Keeps an audit trail in memory.
package main

import (
	"io"
	"log"
	"net/http"
	"sync"
)

func main() {
	var lock sync.Mutex
	var trail []string
	http.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		event, err := io.ReadAll(io.LimitReader(r.Body, 4096))
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		lock.Lock()
		trail = append(trail, string(event))
		lock.Unlock()
		w.WriteHeader(http.StatusCreated)
	})
	log.Fatal(http.ListenAndServe(":8070", nil))
}
