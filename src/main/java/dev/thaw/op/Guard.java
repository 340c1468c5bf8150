package dev.thaw.op;

/**
 * Where health &lt; 0 and loss is NaN or infinite: health = iteration. From then on optimizer ops
 * do nothing, so that the weights stay what they were before the step that failed.
 *
 * @param loss a FLOAT32 number
 * @param iteration an INT64 number
 * @param health an INT64 number; negative while all is well
 */
public record Guard(Value loss, Value iteration, @Update Value health) implements Op {}
