package dev.thaw.op;

/**
 * loss[r] = ln(sum_k e^(z_k - max)) sum_k t_k - sum_k t_k (z_k - max), for row r of logits z and
 * targets t: the cross-entropy -sum t ln softmax(z), without leaving the logits. An INT32 target
 * holds one class per row.
 *
 * @param logits z: [R, K]
 * @param target t: FLOAT32 [R, K], or INT32 [R] with classes in [0, K)
 * @param loss result: [R]
 */
public record SoftmaxCrossEntropy(Value logits, Value target, @Out Value loss) implements Op {
    @Override
    public void gradient(Gradients g) {
        if (g.wants(target)) {
            throw new IllegalStateException("SoftmaxCrossEntropy has no gradient for its target");
        }
        g.emit(new SoftmaxCrossEntropyGrad(logits, target, g.of(loss), g.sink(logits)));
    }
}
