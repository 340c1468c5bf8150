package dev.thaw.backend.reference;

import dev.thaw.op.Value;

import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;

/** The memory of one op's operands. */
record Cells(Function<Value, ReferenceBuffer> buffers) {
    /** The content of a FLOAT32 value. */
    DoubleBuffer numbers(Value v) {
        return buffers.apply(v).numbers();
    }

    /** The content of an INT32 or INT64 value, or the raw cells of any value. */
    LongBuffer integers(Value v) {
        return buffers.apply(v).integers();
    }

    /** The only element of a FLOAT32 value. */
    double number(Value v) {
        return numbers(v).get(0);
    }

    /** The only element of an INT64 value. */
    long integer(Value v) {
        return integers(v).get(0);
    }

    /** Element i of an operand that may be absent. */
    double numberOr(double absent, Value v, int i) {
        return v == null ? absent : numbers(v).get(i);
    }

    /** Adds to an element of a result that may be absent. */
    void add(Value v, int i, double summand) {
        if (v != null) {
            DoubleBuffer b = numbers(v);
            b.put(i, b.get(i) + summand);
        }
    }

    /** Sets every element of a result that may be absent. */
    void fill(Value v, double content) {
        if (v != null) {
            DoubleBuffer b = numbers(v);
            for (int i = 0; i < v.size(); i++) {
                b.put(i, content);
            }
        }
    }
}
