// A small service of a tool's maker: editors post events, and a panel queries numbers. It listens on the loopback
// interface, keeps one store, and shows how a Go program links the library in. It answers programs and no web page;
// where several people use a machine, ask for a token, too.
//
//	POST /events   native events, one JSON object a line; answers how many were stored, known or rejected
//	GET  /panel    the last seven days, by day, as the library's JSON
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"syscall"
	"time"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

const bodyMost = 1 << 20

// Service answers requests from one store.
type Service struct{ Store *blueplane.Store }

// Handler is the service's interface.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /events", s.events)
	mux.HandleFunc("GET /panel", s.panel)
	return refusePages(mux)
}

// refusePages refuses what a web page asks, as pages of any site reach the loopback interface: browsers send Origin
// with what a page posts elsewhere, and in Host the name that a site had pointed at this machine to read from it.
func refusePages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		if r.Header.Get("Origin") != "" || (host != "localhost" && net.ParseIP(host) == nil) {
			http.Error(w, "this service is not for web pages", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Service) events(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if err != nil {
		http.Error(w, "the body is too large or incomplete", http.StatusRequestEntityTooLarge)
		return
	}
	report, err := s.Store.IngestBytes(r.Context(), body, blueplane.Source("native"), blueplane.Origin("service"))
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]uint64{"stored": report.RecordsStored, "known": report.RecordsDuplicate,
		"rejected": report.RecordsRejected, "pending_bytes": report.BytesPending})
}

func (s *Service) panel(w http.ResponseWriter, r *http.Request) {
	query := blueplane.NewQuery("prompts", "output_tokens", "cost", "lines_added", "tool_success_rate").
		By("time.day").Period("7d", r.URL.Query().Get("zone"))
	result, err := s.Store.Run(r.Context(), query)
	if err != nil {
		fail(w, err)
		return
	}
	panel, err := result.Format("json")
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(panel)
}

// fail answers with the HTTP status for an error of the library.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, blueplane.ErrNotFound), errors.Is(err, blueplane.ErrInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, blueplane.ErrBusy):
		status = http.StatusServiceUnavailable
	}
	http.Error(w, err.Error(), status)
}

func main() {
	path := flag.String("store", "events.db", "the store")
	address := flag.String("listen", "127.0.0.1:7070", "where to listen")
	flag.Parse()
	store, err := blueplane.Open(*path, blueplane.WithAccess(blueplane.Owner))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	if err := errors.Join(serve(stop, listener, (&Service{store}).Handler()), store.Close()); err != nil {
		log.Fatal(err)
	}
}

// serve answers requests until the context ends, then waits until the running requests are answered. The caller
// closes the store afterwards.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	answered := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		answered <- server.Shutdown(patience)
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-answered
}
