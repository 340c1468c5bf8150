package dev.thaw.op;

/**
 * Opens at every period-th step: count = floor(iteration / period); gate = -1 where health &lt; 0
 * and iteration + 1 is a multiple of the period, else 0. Ops that take the gate for their health
 * are skipped at the other steps.
 *
 * @param iteration steps taken so far: an INT64 number, at least 0
 * @param health see {@link Guard}; an INT64 number
 * @param count how often the gate has been open: an INT64 number
 * @param gate negative where it is open: an INT64 number
 * @param period at least 1
 */
public record Gate(Value iteration, Value health, @Out Value count, @Out Value gate, int period)
        implements Op {}
