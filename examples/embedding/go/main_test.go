package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

const events = `{"blueplane":1,"kind":"prompt","platform":"myeditor","session":"w7","id":"1","time":"2026-03-02T09:00:00Z"}
{"blueplane":1,"kind":"response","platform":"myeditor","session":"w7","id":"2","time":"2026-03-02T09:00:09Z","model":"claude-sonnet-4-5","input_tokens":900,"output_tokens":210}
{"blueplane":1,"kind":"no such kind","platform":"myeditor","session":"w7","id":"3"}
`

func start(t *testing.T) *httptest.Server {
	march := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	store, err := blueplane.Open("", blueplane.InMemory(), blueplane.WithAccess(blueplane.Owner), blueplane.WithClock(march))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer((&Service{store}).Handler())
	t.Cleanup(func() {
		server.Close()
		store.Close()
	})
	return server
}

func body(t *testing.T, response *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestService(t *testing.T) {
	server := start(t)
	for _, want := range []string{`{"known":0,"pending_bytes":0,"rejected":1,"stored":2}`, `{"known":2,"pending_bytes":0,"rejected":1,"stored":0}`} {
		response, err := http.Post(server.URL+"/events", "application/x-ndjson", strings.NewReader(events))
		if got := strings.TrimSpace(body(t, response, err)); got != want {
			t.Error(got)
		}
	}
	response, err := http.Get(server.URL + "/panel?zone=Europe/Berlin")
	var panel struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(body(t, response, err)), &panel); err != nil || len(panel.Rows) != 7 {
		t.Fatal(err, panel)
	}
	if today := panel.Rows[6]; today["prompts"] != 1.0 || today["output_tokens"] != 210.0 || today["time.day"] != "2026-03-02" {
		t.Error(today)
	}
}

func TestWhatIsWrong(t *testing.T) {
	server := start(t)
	for request, want := range map[string]int{"GET /panel?zone=Nowhere": 400, "GET /events": 405, "GET /other": 404} {
		method, path, _ := strings.Cut(request, " ")
		made, _ := http.NewRequest(method, server.URL+path, nil)
		response, err := http.DefaultClient.Do(made)
		body(t, response, err)
		if response.StatusCode != want {
			t.Error(request, response.StatusCode)
		}
	}
	response, err := http.Post(server.URL+"/events", "", strings.NewReader(strings.Repeat(" ", bodyMost+1)))
	body(t, response, err)
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(response.StatusCode)
	}
}

// A page of another site may neither post events nor read the panel, under whatever name it reaches the service.
func TestPagesAreRefused(t *testing.T) {
	server := start(t)
	ask := func(method, path, host, origin string) int {
		made, _ := http.NewRequest(method, server.URL+path, strings.NewReader(""))
		made.Host = host
		if origin != "" {
			made.Header.Set("Origin", origin)
		}
		response, err := http.DefaultClient.Do(made)
		body(t, response, err)
		return response.StatusCode
	}
	for _, host := range []string{"", "localhost:7070", "[::1]:7070", "127.0.0.1"} {
		if got := ask("GET", "/panel", host, ""); got != http.StatusOK {
			t.Error(host, got)
		}
	}
	for _, host := range []string{"evil.example:7070", "localhost.evil.example", "127.0.0.1.evil.example:7070"} {
		if got := ask("GET", "/panel", host, ""); got != http.StatusForbidden {
			t.Error(host, got)
		}
	}
	for _, origin := range []string{"https://evil.example", "null"} {
		if got := ask("POST", "/events", "", origin); got != http.StatusForbidden {
			t.Error(origin, got)
		}
	}
}

// A request that is running when the service shuts down is still answered.
func TestNothingBreaksOff(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	answered := false
	slow := func(w http.ResponseWriter, r *http.Request) {
		stop()
		time.Sleep(200 * time.Millisecond)
		answered = true
	}
	client := make(chan error, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err == nil {
			response.Body.Close()
		}
		client <- err
	}()
	if err := serve(ctx, listener, http.HandlerFunc(slow)); err != nil || !answered {
		t.Error(err, answered)
	}
	if err := <-client; err != nil {
		t.Error(err)
	}
}
