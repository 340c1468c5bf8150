package dev.thaw.cli;

import dev.thaw.train.optimizer.Optimizer;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads Keras's names of optimizers. */
final class OptimizerConverter implements ITypeConverter<Optimizer> {
    @Override
    public Optimizer convert(String name) {
        try {
            return Optimizer.of(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
