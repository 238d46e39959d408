import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A hotline hands its calls over and hears what became of them. kafka-clients and the CloudEvents SDK; settings from the environment.
 *
 * <p>Calls come as lines of JSON: {"id": …, "register": {…}}. Each is a file before it is sent, and is sent again after a restart until
 * it is answered: the same id and content is done once. Its group remembers where answers and news were last read.
 */
record Hotline(Path book, KafkaProducer<String, CloudEvent> producer, KafkaConsumer<String, CloudEvent> consumer) {
  private static final String SOURCE = "example-call-centre/java";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The file of a call: `call` holds what was said, `answer` what was answered. */
  private Path file(String id, String what) {
    return book.resolve(URLEncoder.encode(id, UTF_8) + "." + what + ".json");
  }

  /** Write a call down, then send it: nothing is lost between the two. */
  private void take(JsonNode said) throws Exception {
    write(file(said.get("id").asText(), "call"), said);
    send(said);
  }

  private void send(JsonNode call) throws Exception {
    String id = call.get("id").asText();
    CloudEvent event = CloudEventBuilder.v1()
        .withId(id)
        .withSource(URI.create(SOURCE))
        .withType("liuhen.inbound.register.v1")
        .withTime(OffsetDateTime.now().truncatedTo(ChronoUnit.MILLIS))
        .withData("application/json", JSON.writeValueAsBytes(call.get("register")))
        .build();
    producer.send(new ProducerRecord<>("liuhen.inbound.hotline.v1", id, event)).get();
  }

  /** Take in what was answered; types that we do not know come with later versions. */
  private void hear(CloudEvent event) throws IOException {
    JsonNode said = JSON.readTree(event.getData().toBytes());
    if (event.getType().startsWith("liuhen.public.receipt-")) answered(said);
    if (event.getType().equals("liuhen.public.ticket-news.v1")) System.out.println(said);
  }

  /** Note an answer; a later refusal replaces it, and the same one again changes nothing. */
  private void answered(JsonNode said) throws IOException {
    String id = said.get("submission").asText();
    Path answer = file(id, "answer");
    boolean known = Files.exists(answer) && JSON.readTree(answer.toFile()).equals(said);
    if (known || !said.get("source").asText().equals(SOURCE)) return;
    write(answer, said);
    System.out.println(said.<ObjectNode>deepCopy().put("call", id));
  }

  /** Write a file that is there whole or not at all. */
  private static void write(Path file, JsonNode said) throws IOException {
    Path whole = Files.write(file.resolveSibling(file.getFileName() + ".new"), JSON.writeValueAsBytes(said));
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void run() throws Exception {
    consumer.subscribe(List.of("liuhen.public.channel.hotline.v1"));
    try (var calls = Files.newDirectoryStream(book, "*.call.json")) {
      for (Path call : calls) {
        JsonNode said = JSON.readTree(call.toFile());
        if (Files.notExists(file(said.get("id").asText(), "answer"))) send(said);
      }
    }
    var lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (true) {
      if (lines.ready()) take(JSON.readTree(lines.readLine()));
      for (var record : consumer.poll(Duration.ofMillis(200))) hear(record.value());
      consumer.commitSync();
    }
  }

  public static void main(String[] arguments) throws Exception {
    String password = Files.readString(Path.of(System.getenv("LIUHEN_PASSWORD_FILE"))).strip();
    String module = "org.apache.kafka.common.security.scram.ScramLoginModule";
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", System.getenv("LIUHEN_KAFKA"),
        "security.protocol", System.getenv().getOrDefault("LIUHEN_KAFKA_PROTOCOL", "SASL_PLAINTEXT"),
        "sasl.mechanism", "SCRAM-SHA-512",
        "sasl.jaas.config", "%s required username=\"hotline\" password=\"%s\";".formatted(module, password),
        "group.id", "hotline.example-java",
        "group.instance.id", "1", // who starts again takes its own place at once
        "auto.offset.reset", "earliest",
        "enable.auto.commit", false);
    var producer = new KafkaProducer<>(settings, new StringSerializer(), new CloudEventSerializer());
    var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer());
    new Hotline(Files.createDirectories(Path.of(arguments[0])), producer, consumer).run();
  }
}
