package dev.thaw.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Gigabytes moved; JMH divides by the seconds, so its "ops/s" on this line means GB/s. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Traffic {
    /** 1e9 bytes. */
    public double gigabytes;

    /** So many float32 arrays of that size were each read or written once. */
    void add(int arrays, long floats) {
        gigabytes += arrays * floats * (Float.BYTES / 1e9);
    }
}
