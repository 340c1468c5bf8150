package dev.thaw.graph;

import java.util.ArrayList;
import java.util.List;

/** A text table that fits a terminal: the widest columns wrap first. */
final class Table {
    private static final int DEFAULT_WIDTH = 100;
    private static final int NARROWEST = 8;

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    Table(List<String> header) {
        this.header = header;
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** The terminal's width: {@code COLUMNS} where the shell exports it, else 100. */
    static int terminalWidth() {
        String columns = System.getenv("COLUMNS");
        try {
            return columns == null
                    ? DEFAULT_WIDTH
                    : Math.max(40, Integer.parseInt(columns.strip()));
        } catch (NumberFormatException e) {
            return DEFAULT_WIDTH;
        }
    }

    String render(int width) {
        int[] widths = widths(width);
        StringBuilder s = new StringBuilder();
        rule(s, widths, '━');
        line(s, header, widths);
        rule(s, widths, '─');
        rows.forEach(r -> line(s, r, widths));
        rule(s, widths, '━');
        return s.toString();
    }

    private int[] widths(int width) {
        int[] w = new int[header.size()];
        for (int i = 0; i < w.length; i++) {
            w[i] = header.get(i).length();
            for (List<String> r : rows) {
                w[i] = Math.max(w[i], r.get(i).length());
            }
        }
        int total = 2 * (w.length - 1);
        for (int x : w) {
            total += x;
        }
        while (total > width) {
            int widest = 0;
            for (int i = 1; i < w.length; i++) {
                widest = w[i] > w[widest] ? i : widest;
            }
            if (w[widest] <= NARROWEST) {
                break;
            }
            w[widest]--;
            total--;
        }
        return w;
    }

    private static void rule(StringBuilder s, int[] widths, char c) {
        int total = 2 * (widths.length - 1);
        for (int w : widths) {
            total += w;
        }
        s.append(String.valueOf(c).repeat(total)).append(System.lineSeparator());
    }

    private static void line(StringBuilder s, List<String> cells, int[] widths) {
        List<List<String>> wrapped = new ArrayList<>();
        int lines = 1;
        for (int i = 0; i < widths.length; i++) {
            wrapped.add(wrap(cells.get(i), widths[i]));
            lines = Math.max(lines, wrapped.get(i).size());
        }
        for (int k = 0; k < lines; k++) {
            StringBuilder one = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String part = k < wrapped.get(i).size() ? wrapped.get(i).get(k) : "";
                one.append(part).append(" ".repeat(widths[i] - part.length() + 2));
            }
            s.append(one.toString().stripTrailing()).append(System.lineSeparator());
        }
    }

    /**
     * Breaks at spaces where possible, else behind a '/' or '_', else anywhere; an indent stays.
     */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String indent = text.substring(0, text.length() - text.stripLeading().length());
        String rest = text;
        while (rest.length() > width) {
            int cut = breakAt(rest, indent.length() + 1, width);
            lines.add(rest.substring(0, cut).stripTrailing());
            rest = indent + rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    private static int breakAt(String text, int least, int width) {
        int space = text.lastIndexOf(' ', width);
        if (space >= least) {
            return space;
        }
        int mark = Math.max(text.lastIndexOf('_', width - 1), text.lastIndexOf('/', width - 1)) + 1;
        return mark >= least ? mark : Math.max(width, least);
    }
}
