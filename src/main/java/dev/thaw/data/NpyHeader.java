package dev.thaw.data;

import dev.thaw.file.ByteSource;
import dev.thaw.file.FileFormatException;
import dev.thaw.file.NumberType;
import dev.thaw.tensor.Shape;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The front of an array's file: a Python dictionary of three entries.
 *
 * @param start where the values begin
 */
record NpyHeader(NumberType type, boolean fortran, Shape shape, long start) {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    static final String REMEDY =
            "save a plain array of numbers with numpy.save, as float32 for instance";

    private static final int FRONT = 12;

    /** NumPy's own limit. */
    private static final int MAX_TEXT = 10_000;

    private static final int MAX_RANK = 64;

    private static final Pattern TYPE = Pattern.compile("'descr': *'([<>|=])([a-zA-Z])(\\d{1,2})'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, ]*)\\)");
    private static final Pattern ENTRY = Pattern.compile(" *'(descr|fortran_order|shape)': *");

    static NpyHeader read(ByteSource source) {
        if (source.length() < FRONT || !Arrays.equals(source.read(0, MAGIC.length), MAGIC)) {
            throw bad(source, "is not a .npy file: the signature \\x93NUMPY is not at its start");
        }
        byte[] b = source.read(0, FRONT);
        int version = b[6];
        if (version < 1 || version > 3) {
            throw bad(source, "the version must be 1, 2 or 3, got " + version);
        }
        int front = version == 1 ? 10 : FRONT;
        long length = 0;
        for (int i = 8; i < front; i++) {
            length |= (b[i] & 0xFFL) << 8 * (i - 8);
        }
        if (length > MAX_TEXT || length > source.length() - front) {
            throw bad(source, "its header must have at most 10000 bytes, declares " + length);
        }
        String text = new String(source.read(front, (int) length), StandardCharsets.UTF_8);
        return parse(source, text.strip(), front + length);
    }

    private static NpyHeader parse(ByteSource source, String text, long start) {
        if (!text.startsWith("{") || !text.endsWith("}") || !entries(text)) {
            throw bad(
                    source,
                    "its header must be a dictionary of 'descr', 'fortran_order' and 'shape' of a plain array, got %s"
                            .formatted(shown(text)));
        }
        NumberType type = type(source, find(source, TYPE, text, "a type of numbers"));
        boolean fortran = find(source, ORDER, text, "'fortran_order'").group(1).equals("True");
        Shape shape = shape(source, find(source, SHAPE, text, "'shape'").group(1));
        long bytes = Math.multiplyExact(shape.size(), (long) type.size());
        if (bytes != source.length() - start) {
            throw new FileFormatException(
                    source.name(),
                    "",
                    "its shape %s needs %s bytes, there are %s"
                            .formatted(shape, bytes, source.length() - start),
                    FileFormatException.DAMAGED);
        }
        if (type.memory(shape.size()) > Runtime.getRuntime().maxMemory()) {
            throw new FileFormatException(
                    source.name(),
                    "",
                    "needs more memory than the JVM may use",
                    "run it with a larger -Xmx");
        }
        return new NpyHeader(type, fortran, shape, start);
    }

    /** Each of the three once and nothing more, so that no entry hides in another's text. */
    private static boolean entries(String text) {
        Matcher m = ENTRY.matcher(text);
        int n = 0;
        while (m.find()) {
            n++;
        }
        return n == 3 && text.chars().filter(c -> c == ':').count() == 3;
    }

    private static Matcher find(ByteSource source, Pattern p, String text, String what) {
        Matcher m = p.matcher(text);
        if (!m.find()) {
            throw bad(source, "its header must have " + what + ", got " + shown(text));
        }
        return m;
    }

    private static NumberType type(ByteSource source, Matcher m) {
        int size = Integer.parseInt(m.group(3));
        boolean power = size == 1 || size == 2 || size == 4 || size == 8;
        NumberType.Encoding encoding =
                switch (m.group(2)) {
                    case "f" -> size == 1 ? null : NumberType.Encoding.FLOAT;
                    case "i" -> NumberType.Encoding.SIGNED;
                    case "u" -> NumberType.Encoding.UNSIGNED;
                    case "b" -> size == 1 ? NumberType.Encoding.UNSIGNED : null;
                    default -> null;
                };
        if (encoding == null || !power) {
            throw bad(
                    source,
                    "must hold numbers of 1, 2, 4 or 8 bytes, got type " + m.group(2) + size);
        }
        return new NumberType(encoding, size, m.group(1).equals(">"));
    }

    private static Shape shape(ByteSource source, String text) {
        String[] parts = text.isBlank() ? new String[0] : text.strip().split(" *, *");
        if (parts.length > MAX_RANK) {
            throw bad(source, "an array has at most 64 axes, got " + parts.length);
        }
        int[] dims = new int[parts.length];
        long size = 1;
        try {
            for (int i = 0; i < dims.length; i++) {
                dims[i] = Integer.parseInt(parts[i]);
                size = Math.multiplyExact(size, (long) dims[i]);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            size = Long.MAX_VALUE;
        }
        if (size > Integer.MAX_VALUE) {
            throw bad(
                    source,
                    "a tensor has fewer than 2^31 elements, got shape (%s); give samples one by one: Dataset.of(count, i -> ..)"
                            .formatted(text));
        }
        return Shape.of(dims);
    }

    int[] reversed() {
        int[] d = shape.toArray();
        int[] r = new int[d.length];
        Arrays.setAll(r, i -> d[d.length - 1 - i]);
        return r;
    }

    private static String shown(String text) {
        return text.substring(0, Math.min(200, text.length()));
    }

    private static FileFormatException bad(ByteSource source, String rule) {
        return new FileFormatException(source.name(), "", rule, REMEDY);
    }
}
