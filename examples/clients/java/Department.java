import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A department signs for every order that it leads. kafka-clients and the CloudEvents SDK; settings from the environment.
 *
 * <p>It keeps nothing: its topic holds the newest order of every ticket, so it reads from the beginning whenever it starts, after a
 * restart or a week away. What it says has an id made of what it says: said twice, it is done once.
 */
public final class Department {
  private static final String USER = System.getenv("LIUHEN_USER");
  private static final String DEPARTMENT = USER.substring("department.".length());
  private static final String SOURCE = DEPARTMENT + "/example-java";
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false); // fields come with later versions

  record Order(String ticket, String happened, String state, int version, List<String> may) {}

  record Answer(String source, String submission, String code, String reason) {}

  private final Map<String, Long> newest = new HashMap<>(); // the highest sequence of each ticket
  private final Map<String, Order> open = new HashMap<>(); // of each ticket, the order that is to be signed for
  private final KafkaProducer<String, CloudEvent> producer;
  private final KafkaConsumer<String, CloudEvent> consumer;

  private Department(Map<String, Object> login) {
    producer = new KafkaProducer<>(login, new StringSerializer(), new CloudEventSerializer());
    consumer = new KafkaConsumer<>(login, new StringDeserializer(), new CloudEventDeserializer());
  }

  /** Keep which newest orders are to be signed for, and tell of answers to what we said. */
  private void hear(CloudEvent event) throws IOException {
    byte[] said = event.getData().toBytes();
    if (event.getType().equals("liuhen.public.order.v1")) {
      Order order = JSON.readValue(said, Order.class);
      long sequence = Long.parseLong(String.valueOf(event.getExtension("sequence")));
      if (sequence <= newest.getOrDefault(order.ticket(), 0L)) return; // read twice
      newest.put(order.ticket(), sequence);
      open.remove(order.ticket());
      if (order.may() != null && order.may().contains("accept")) open.put(order.ticket(), order);
      tell(Map.of("ticket", order.ticket(), "happened", order.happened(), "state", order.state()));
      return;
    }
    Answer answer = JSON.readValue(said, Answer.class); // types come with later versions too
    if (SOURCE.equals(answer.source())) {
      String code = answer.code() == null ? "given" : answer.code();
      tell(Map.of("answered", answer.submission(), "code", code, "reason", String.valueOf(answer.reason())));
    }
  }

  private void accept(Order order) throws Exception {
    var value = Map.of("ticket", order.ticket(), "if_seen", order.version(), "by", Map.of("id", "java-1", "name", "示例程序"));
    CloudEvent event = CloudEventBuilder.v1()
        .withId("accept-%s-%d".formatted(order.ticket(), order.version()))
        .withSource(URI.create(SOURCE))
        .withType("liuhen.inbound.accept.v1")
        .withTime(OffsetDateTime.now().truncatedTo(ChronoUnit.MILLIS))
        .withData("application/json", JSON.writeValueAsBytes(value))
        .build();
    var record = new ProducerRecord<>("liuhen.inbound.department." + DEPARTMENT + ".v1", order.ticket(), event);
    producer.send(record).get(); // where the broker has it not, the program ends: whoever starts it again loses nothing
  }

  private void run() throws Exception {
    var part = new TopicPartition("liuhen.public.dispatch." + DEPARTMENT + ".v1", 0);
    consumer.assign(List.of(part));
    consumer.seekToBeginning(List.of(part));
    while (true) {
      for (var record : consumer.poll(Duration.ofSeconds(1))) hear(record.value());
      if (consumer.currentLag(part).orElse(1) > 0) continue; // something newer waits: what is known may be true no more
      for (Order order : open.values()) accept(order);
      open.clear(); // until they are heard of again
    }
  }

  private static void tell(Map<String, ?> said) throws IOException {
    System.out.println(JSON.writeValueAsString(said));
  }

  public static void main(String[] arguments) throws Exception {
    String password = Files.readString(Path.of(System.getenv("LIUHEN_PASSWORD_FILE"))).strip();
    String module = "org.apache.kafka.common.security.scram.ScramLoginModule";
    new Department(Map.of(
        "bootstrap.servers", System.getenv("LIUHEN_KAFKA"),
        "security.protocol", System.getenv().getOrDefault("LIUHEN_KAFKA_PROTOCOL", "SASL_PLAINTEXT"),
        "sasl.mechanism", "SCRAM-SHA-512",
        "sasl.jaas.config", "%s required username=\"%s\" password=\"%s\";".formatted(module, USER, password),
        "enable.auto.commit", false)).run();
  }
}
