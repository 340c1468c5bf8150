package dev.thaw.op;

/**
 * dz = dloss (softmax(z) sum(t) - t), row by row.
 *
 * @param logits z: [R, K]
 * @param target t: FLOAT32 [R, K], or INT32 [R]
 * @param dloss upstream gradient: [R]
 * @param dlogits gradient of the logits: [R, K]
 */
public record SoftmaxCrossEntropyGrad(Value logits, Value target, Value dloss, @Out Value dlogits)
        implements Op {}
