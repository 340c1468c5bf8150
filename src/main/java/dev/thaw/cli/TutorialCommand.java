package dev.thaw.cli;

import dev.thaw.backend.spi.Device;
import dev.thaw.demo.MobileNetV2Tutorial;
import dev.thaw.demo.XceptionTutorial;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

@Command(
        name = "tutorial",
        header = "Runs one of the two tutorials that confuse everybody.",
        customSynopsis = "thaw tutorial (mobilenet | xception) [--weights FILE]",
        description =
                "Transfer learning in small, explained before and after thawing: mobilenet calls its base without a training argument, xception with training=False.")
final class TutorialCommand implements Callable<Integer> {
    /** The tutorials. */
    enum Name {
        MOBILENET(MobileNetV2Tutorial::run),
        XCEPTION(XceptionTutorial::run);

        private final BiConsumer<Device, Optional<Path>> tutorial;

        Name(BiConsumer<Device, Optional<Path>> tutorial) {
            this.tutorial = tutorial;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads a tutorial's name. */
    static final class ToName implements ITypeConverter<Name> {
        @Override
        public Name convert(String text) {
            return Arrays.stream(Name.values())
                    .filter(n -> n.toString().equals(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "there is no tutorial '%s'; there are %s"
                                                    .formatted(
                                                            text, Arrays.toString(Name.values()))));
        }
    }

    @ParentCommand private Thaw thaw;

    @Parameters(
            paramLabel = "NAME",
            converter = ToName.class,
            description = "mobilenet or xception.")
    private Name name;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description =
                    "Weights without a top that Keras has for the base (of MobileNetV2 those for alpha 0.35), instead of random ones.")
    private Path weights;

    @Override
    public Integer call() {
        name.tutorial.accept(thaw.device(), Optional.ofNullable(weights).map(FileCheck::input));
        return 0;
    }
}
