// A department signs for every order that it leads. franz-go; settings from the environment.
//
// It keeps nothing: its topic holds the newest order of every ticket, so it reads from the beginning whenever it starts,
// after a restart or a week away. What it says has an id made of what it says: said twice, it is done once.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

type order struct {
	Ticket, Happened, State string
	Version                 int
	May                     []string
	sequence                int64
}

type answer struct{ Source, Submission, Code, Reason string }

var (
	user       = os.Getenv("LIUHEN_USER")
	department = strings.TrimPrefix(user, "department.")
	source     = department + "/example-go"
)

// must ends the program: whoever starts it again loses nothing.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func header(record *kgo.Record, name string) string {
	for _, each := range record.Headers {
		if each.Key == name {
			return string(each.Value)
		}
	}
	return ""
}

func tell(said any) { fmt.Println(string(must(json.Marshal(said)))) }

func accept(told order) *kgo.Record {
	value := must(json.Marshal(map[string]any{
		"ticket": told.Ticket, "if_seen": told.Version, "by": map[string]string{"id": "go-1", "name": "示例程序"},
	}))
	headers := map[string]string{
		"ce_specversion": "1.0", "ce_id": fmt.Sprintf("accept-%s-%d", told.Ticket, told.Version), "ce_source": source,
		"ce_type": "liuhen.inbound.accept.v1", "ce_time": time.Now().Format(time.RFC3339), "content-type": "application/json",
	}
	record := &kgo.Record{Topic: "liuhen.inbound.department." + department + ".v1", Key: []byte(told.Ticket), Value: value}
	for name, text := range headers {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: name, Value: []byte(text)})
	}
	return record
}

// hear keeps the newest order of each ticket, and tells of answers to what we said.
func hear(record *kgo.Record, newest map[string]order) {
	if header(record, "ce_type") == "liuhen.public.order.v1" {
		var told order
		must(record, json.Unmarshal(record.Value, &told))
		told.sequence, _ = strconv.ParseInt(header(record, "ce_sequence"), 10, 64)
		if newest[told.Ticket].sequence < told.sequence {
			newest[told.Ticket] = told
		}
		tell(map[string]string{"ticket": told.Ticket, "happened": told.Happened, "state": told.State})
		return
	}
	var told answer // or what comes with a later version, and names no source of ours
	if json.Unmarshal(record.Value, &told) == nil && told.Source == source {
		tell(map[string]string{"answered": told.Submission, "code": told.Code, "reason": told.Reason})
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	password := strings.TrimSpace(string(must(os.ReadFile(os.Getenv("LIUHEN_PASSWORD_FILE")))))
	client := must(kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Getenv("LIUHEN_KAFKA"), ",")...),
		kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()),
		kgo.ConsumeTopics("liuhen.public.dispatch."+department+".v1"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	))
	defer client.Close()
	newest := map[string]order{}
	for fetches := client.PollFetches(ctx); ctx.Err() == nil; fetches = client.PollFetches(ctx) {
		behind := false // the topic has one partition: what was read to its end is true now
		fetches.EachPartition(func(of kgo.FetchTopicPartition) {
			for _, record := range of.Records {
				hear(record, newest)
				behind = record.Offset+1 < of.HighWatermark
			}
		})
		for ticket, told := range newest {
			if !behind && slices.Contains(told.May, "accept") {
				must(told, client.ProduceSync(ctx, accept(told)).FirstErr())
				told.May = nil // until the next message of the ticket
				newest[ticket] = told
			}
		}
	}
}
