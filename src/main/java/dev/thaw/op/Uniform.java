package dev.thaw.op;

/**
 * y = random numbers in [0, 1), one per element: {@link Philox#uniform} of the element's word.
 *
 * @param step counts the steps: an INT64 number
 * @param y result
 * @param draw which numbers of the random stream
 */
public record Uniform(Value step, @Out Value y, Draw draw) implements Op {
    @Override
    public String randomness() {
        return "draws uniform numbers";
    }
}
