package dev.thaw.conformance;

import java.util.function.Consumer;

/**
 * One program to run on two backends.
 *
 * @param name names the case, and seeds its random content
 * @param body fills in the draft
 */
record OpCase(String name, Consumer<Draft> body) {
    Draft build() {
        Draft draft = new Draft(name.hashCode());
        body.accept(draft);
        return draft;
    }

    @Override
    public String toString() {
        return name;
    }
}
