package dev.thaw.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Spoils a JSON text so that it is, most often, JSON still: as far as is drawn. */
public final class DamagedText {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(e-?\\d+)?");
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern WORD = Pattern.compile("true|false|null");
    private static final Pattern VALUE =
            Pattern.compile("\"[^\"]*\"(?!:)|-?\\d+(\\.\\d+)?|true|false|null");
    private static final Pattern ENTRY =
            Pattern.compile("\"[^\"]*\": (\"[^\"]*\"|-?\\d+(\\.\\d+)?|true|false|null), ");

    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "-1",
                    "1",
                    "2147483647",
                    "2147483648",
                    "-2147483648",
                    "1000000000",
                    "65536",
                    "9223372036854775807",
                    "1e400",
                    "1e-400",
                    "0.5",
                    "NaN",
                    "-Infinity");

    private static final List<String> VALUES =
            List.of(
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "[[[]]]",
                    "\"\"",
                    "\"x\"",
                    "-1",
                    "[1, 2]",
                    "{\"a\": 1}");

    private DamagedText() {}

    static byte[] of(byte[] sound, Random r) {
        String text = new String(sound, StandardCharsets.UTF_8);
        for (int i = 1 + r.nextInt(2); i > 0; i--) {
            text = once(text, r);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The text with one change. */
    public static String once(String text, Random r) {
        return switch (r.nextInt(8)) {
            case 0, 1 -> replaced(text, NUMBER, one(NUMBERS, r), r);
            case 2 -> replaced(text, VALUE, one(VALUES, r), r);
            case 3 -> replaced(text, WORD, one(VALUES, r), r);
            case 4 -> replaced(text, ENTRY, "", r);
            case 5 -> replaced(text, STRING, one(all(text, STRING), r), r);
            case 6 -> replaced(text, VALUE, one(all(text, VALUE), r), r);
            default -> nested(text, r);
        };
    }

    /** Something deep where a value was. */
    private static String nested(String text, Random r) {
        int depth = 1 << r.nextInt(16);
        String deep =
                r.nextBoolean()
                        ? "[".repeat(depth) + "]".repeat(depth)
                        : "{\"config\":".repeat(depth) + "1" + "}".repeat(depth);
        return replaced(text, VALUE, deep, r);
    }

    private static String one(List<String> from, Random r) {
        return from.isEmpty() ? "" : from.get(r.nextInt(from.size()));
    }

    private static List<String> all(String text, Pattern p) {
        return p.matcher(text).results().map(MatchResult::group).toList();
    }

    private static String replaced(String text, Pattern p, String by, Random r) {
        List<MatchResult> found = new ArrayList<>(p.matcher(text).results().toList());
        if (found.isEmpty()) {
            return text;
        }
        MatchResult m = found.get(r.nextInt(found.size()));
        return text.substring(0, m.start()) + by + text.substring(m.end());
    }
}
