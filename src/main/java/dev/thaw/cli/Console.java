package dev.thaw.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/** The standard output, in an encoding that need not know every letter. */
final class Console {
    private Console() {}

    static PrintWriter out() {
        return new PrintWriter(new OutputStreamWriter(System.out, charset()), true);
    }

    /** Java 17 and 19 call the property differently; neither has it on a pipe. */
    private static Charset charset() {
        String name =
                System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
        return name != null && Charset.isSupported(name)
                ? Charset.forName(name)
                : Charset.defaultCharset();
    }

    /** The lines of tables in plain characters, where the output knows no others. */
    static String drawable(String text) {
        return drawable(text, charset());
    }

    static String drawable(String text, Charset charset) {
        return charset.newEncoder().canEncode('━')
                ? text
                : text.replace('━', '=').replace('─', '-');
    }
}
