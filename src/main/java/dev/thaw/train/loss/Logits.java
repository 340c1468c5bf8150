package dev.thaw.train.loss;

import dev.thaw.op.Fn;
import dev.thaw.op.Formula;
import dev.thaw.op.Op;
import dev.thaw.op.Program;
import dev.thaw.op.Reshape;
import dev.thaw.op.Softmax;
import dev.thaw.op.Unary;
import dev.thaw.op.Value;

import java.util.Optional;

/**
 * Finds what a softmax or sigmoid was applied to, so that a loss need not undo it: stable and
 * exact.
 */
final class Logits {
    private Logits() {}

    /**
     * The argument of the softmax or sigmoid that made these probabilities, if one did. As Keras on
     * TensorFlow, which remembers the argument of either, whatever loss comes behind.
     */
    static Optional<Value> of(Formula f, Value probabilities) {
        Op made = makerBehindReshape(f.program(), probabilities);
        if (made instanceof Softmax s && s.y().shape().last() == probabilities.shape().last()) {
            return Optional.of(f.reshape(s.x(), probabilities.shape()));
        }
        return made instanceof Unary u && u.fn().function() == Fn.Function.SIGMOID
                ? Optional.of(f.reshape(u.x(), probabilities.shape()))
                : Optional.empty();
    }

    private static Op makerBehindReshape(Program program, Value v) {
        Op made = program.producer(v);
        while (made instanceof Reshape r) {
            made = program.producer(r.x());
        }
        return made;
    }
}
