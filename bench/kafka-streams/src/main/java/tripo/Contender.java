package tripo;

import java.io.File;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The bench's job in Kafka Streams: read Avro, multiply price by 1.3, write Avro, exactly once.
 *
 * <p>Arguments as key=value: brokers, group, input, output, input-schema, output-schema (files), input-id, output-id,
 * commit-ms, threads, state (a directory). Runs until SIGTERM.
 */
public final class Contender {
  private Contender() {}

  public static void main(String[] args) throws Exception {
    Properties given = new Properties();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      given.setProperty(arg.substring(0, equals), arg.substring(equals + 1));
    }
    KafkaStreams streams = new KafkaStreams(topology(given), settings(given));
    CountDownLatch stopped = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          stopped.countDown();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(20));
                  stopped.countDown();
                }));
    streams.start();
    stopped.await();
  }

  /** One source, one mapValues, one sink: no state, no repartitioning. */
  static Topology topology(Properties given) throws Exception {
    Schema in = new Schema.Parser().parse(new File(given.getProperty("input-schema")));
    Schema out = new Schema.Parser().parse(new File(given.getProperty("output-schema")));
    int inId = Integer.parseInt(given.getProperty("input-id"));
    int outId = Integer.parseInt(given.getProperty("output-id"));
    Serde<GenericRecord> read = new WireAvro(in, inId, out).serde();
    Serde<GenericRecord> write = new WireAvro(out, outId, out).serde();
    int price = out.getField("price").pos();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(given.getProperty("input"), Consumed.with(Serdes.ByteArray(), read))
        .mapValues(
            event -> {
              event.put(price, (double) event.get(price) * 1.3);
              return event;
            })
        .to(given.getProperty("output"), Produced.with(Serdes.ByteArray(), write));
    return builder.build();
  }

  static Properties settings(Properties given) {
    Properties conf = new Properties();
    conf.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, given.getProperty("brokers"));
    conf.put(StreamsConfig.APPLICATION_ID_CONFIG, given.getProperty("group"));
    conf.put(StreamsConfig.STATE_DIR_CONFIG, given.getProperty("state"));
    conf.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    conf.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, given.getProperty("commit-ms"));
    conf.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, given.getProperty("threads"));
    conf.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    conf.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), given.getProperty("poll-records"));
    conf.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), given.getProperty("batch-bytes"));
    return conf;
  }
}
