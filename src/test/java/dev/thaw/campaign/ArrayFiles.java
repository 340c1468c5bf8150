package dev.thaw.campaign;

import dev.thaw.data.Idx;
import dev.thaw.data.Npy;
import dev.thaw.data.Npz;
import dev.thaw.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Arrays in NumPy's and MNIST's files whose headers say anything: what is read has as many numbers
 * as the header says, and is read again after it was written.
 */
final class ArrayFiles implements Attack {
    private static final List<String> TYPES =
            List.of(
                    "<f4", "<f8", "<f2", ">f4", "|u1", "|i1", "<i4", "<i8", "<u8", ">u4", "|b1",
                    "<c8", "|S5", "|O", "", "f4", "<f16", "<i3");
    private static final List<String> EXTENTS =
            List.of(
                    "0",
                    "1",
                    "2",
                    "3",
                    "7",
                    "64",
                    "1000",
                    "65536",
                    "2147483647",
                    "2147483648",
                    "4294967296",
                    "9223372036854775807",
                    "-1",
                    "1.5",
                    "",
                    "x",
                    "1L");
    private static final int MOST_BYTES = 1 << 16;

    @Override
    public Outcome run(Choices random, Path folder) throws IOException {
        Path file = folder.resolve("array");
        int kind = random.nextInt(8);
        Files.write(file, kind < 4 ? npy(random) : kind < 7 ? npz(random, kind == 4) : idx(random));
        List<Tensor> read;
        try {
            read =
                    kind < 4
                            ? List.of(Npy.read(file))
                            : kind < 7
                                    ? List.copyOf(Npz.read(file).values())
                                    : List.of(
                                            random.nextBoolean()
                                                    ? Idx.images(file)
                                                    : Idx.labels(file));
        } catch (UncheckedIOException e) {
            return e.getMessage().startsWith(file.toString())
                    ? Outcome.REFUSED
                    : Outcome.wrong("an error without its file: " + e);
        }
        for (Tensor t : read) {
            Npy.write(file, t);
            try {
                if (!Npy.read(file).bitEquals(t)) {
                    return Outcome.wrong("another array after a save: " + t.shape());
                }
            } catch (UncheckedIOException e) {
                return Outcome.unloadable(e);
            }
        }
        return Outcome.FINE;
    }

    private static byte[] npy(Choices random) {
        StringBuilder shape = new StringBuilder();
        long size = 1;
        for (int i = random.nextInt(5); i > 0; i--) {
            String n = random.nextInt(4) == 0 ? random.of(EXTENTS) : "" + random.nextInt(9);
            shape.append(n).append(", ");
            size = n.matches("[0-9]{1,4}") ? Math.min(MOST_BYTES, size * Long.parseLong(n)) : size;
        }
        String type = random.of(TYPES);
        String header =
                "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }%s\n"
                        .formatted(
                                type,
                                random.nextInt(9) == 0
                                        ? "None"
                                        : random.nextBoolean() ? "True" : "False",
                                shape,
                                " ".repeat(random.nextInt(70)));
        if (random.nextInt(8) == 0) {
            int at = random.nextInt(header.length());
            header = header.substring(0, at) + (char) random.nextInt(256) + header.substring(at);
        }
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        int version = random.nextInt(12) == 0 ? random.nextInt(5) : 1;
        int said = random.nextInt(12) == 0 ? random.nextInt(1 << 16) : text.length;
        int width = type.matches(".*[0-9]") ? type.charAt(type.length() - 1) - '0' : 4;
        long bytes = size * width;
        if (random.nextInt(6) == 0) {
            bytes += random.nextInt(9) - 4;
        }
        ByteBuffer b =
                ByteBuffer.allocate(
                        12 + text.length + (int) Math.max(0, Math.min(MOST_BYTES * 8, bytes)));
        b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        b.put((byte) version).put((byte) 0).put((byte) said).put((byte) (said >> 8));
        if (version > 1) {
            b.putShort((short) 0);
        }
        b.put(text);
        int end = b.position() + (int) Math.max(0, Math.min(MOST_BYTES * 8, bytes));
        while (b.position() < Math.min(end, b.position() + 64)) {
            b.put((byte) random.nextInt(256));
        }
        return java.util.Arrays.copyOf(b.array(), end);
    }

    private static byte[] npz(Choices random, boolean stored) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(stored ? 0 : 9);
            for (int i = random.nextInt(4); i >= 0; i--) {
                zip.putNextEntry(new ZipEntry(i + (random.nextInt(9) == 0 ? ".txt" : ".npy")));
                zip.write(npy(random));
            }
        }
        return out.toByteArray();
    }

    private static byte[] idx(Choices random) throws IOException {
        int rank = random.nextInt(5);
        ByteBuffer b = ByteBuffer.allocate(4 + 4 * rank + 4096);
        b.putInt((random.nextInt(5) == 0 ? random.nextInt(16) : 8) << 8 | rank);
        int size = 1;
        for (int i = 0; i < rank; i++) {
            int n = random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(9);
            b.putInt(n);
            size *= n;
        }
        int end = b.position() + Math.min(4096, Math.abs(size % 4097));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(b.array(), 0, end);
        }
        return out.toByteArray();
    }
}
