package dev.thaw.applications;

import dev.thaw.layer.Symbol;

/** What lies between the image and the model's output, layer by layer as Keras has it. */
@FunctionalInterface
interface Architecture {
    /** Makes the layers in Keras's order, so that their automatic names are Keras's. */
    Symbol build(Symbol image, ApplicationOptions options);
}
