package tripo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Generic records in the Confluent wire format: magic byte 0, 4-byte schema id, Avro body.
 *
 * <p>Plain org.apache.avro with its decoder, encoder and buffer reused, which is what Confluent's serde does at best. One stream thread uses
 * one instance: the buffers are held per thread.
 */
final class WireAvro {
  private static final byte MAGIC = 0;
  private static final int PREFIX = 5;

  private final int id;
  private final GenericDatumReader<GenericRecord> reader;
  private final GenericDatumWriter<GenericRecord> writer;
  private final ThreadLocal<BinaryDecoder> decoder = new ThreadLocal<>();
  private final ThreadLocal<BinaryEncoder> encoder = new ThreadLocal<>();
  private final ThreadLocal<ByteArrayOutputStream> buffer = ThreadLocal.withInitial(() -> new ByteArrayOutputStream(512));

  /** Reads records written with {@code written} under {@code id} as {@code read}; writes records as {@code written}. */
  WireAvro(Schema written, int id, Schema read) {
    this.id = id;
    this.reader = new GenericDatumReader<>(written, read);
    this.writer = new GenericDatumWriter<>(written);
  }

  Serde<GenericRecord> serde() {
    Serializer<GenericRecord> serializer = (topic, event) -> encode(event);
    Deserializer<GenericRecord> deserializer = (topic, data) -> decode(data);
    return Serdes.serdeFrom(serializer, deserializer);
  }

  private GenericRecord decode(byte[] data) {
    ByteBuffer prefix = ByteBuffer.wrap(data);
    if (prefix.get() != MAGIC || prefix.getInt() != id) {
      throw new SerializationException("a record without magic 0 and schema id " + id);
    }
    BinaryDecoder from = DecoderFactory.get().binaryDecoder(data, PREFIX, data.length - PREFIX, decoder.get());
    decoder.set(from);
    try {
      return reader.read(null, from);
    } catch (IOException error) {
      throw new SerializationException(error);
    }
  }

  private byte[] encode(GenericRecord event) {
    ByteArrayOutputStream into = buffer.get();
    into.reset();
    into.write(MAGIC);
    into.write(id >>> 24);
    into.write(id >>> 16);
    into.write(id >>> 8);
    into.write(id);
    BinaryEncoder to = EncoderFactory.get().binaryEncoder(into, encoder.get());
    encoder.set(to);
    try {
      writer.write(event, to);
      to.flush();
    } catch (IOException error) {
      throw new SerializationException(error);
    }
    return into.toByteArray();
  }
}
