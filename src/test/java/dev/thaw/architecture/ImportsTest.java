package dev.thaw.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;

/**
 * The direction of imports: tensor, op, layer and backend.spi, graph, plan, train, model, demo,
 * cli.
 */
class ImportsTest {
    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.thaw");

    /** Keras's folders of layers but for {@code weight}, which all of them import. */
    private static final List<String> FOLDERS_BESIDE_WEIGHT =
            List.of(
                    "layer.activation",
                    "layer.convolution",
                    "layer.core",
                    "layer.merging",
                    "layer.normalization",
                    "layer.operator",
                    "layer.pooling",
                    "layer.preprocessing",
                    "layer.regularization",
                    "layer.reshaping");

    /** What each package must never import. */
    private static final Map<String, List<String>> FORBIDDEN =
            Map.ofEntries(
                    entry(
                            "tensor",
                            List.of(
                                    "op", "layer", "graph", "plan", "train", "model", "data",
                                    "demo", "backend")),
                    entry(
                            "op",
                            List.of(
                                    "layer", "graph", "plan", "train", "model", "data", "demo",
                                    "backend")),
                    entry(
                            "backend.spi",
                            List.of(
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "demo",
                                    "backend.cpu",
                                    "backend.cuda")),
                    entry(
                            "backend.cpu",
                            List.of(
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "demo",
                                    "backend.cuda")),
                    entry(
                            "backend.cuda",
                            List.of(
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "demo",
                                    "backend.cpu")),
                    entry(
                            "file",
                            List.of(
                                    "op",
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "data",
                                    "io",
                                    "applications",
                                    "demo",
                                    "cli",
                                    "backend")),
                    entry(
                            "data",
                            List.of(
                                    "config",
                                    "op",
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "io",
                                    "applications",
                                    "demo",
                                    "cli",
                                    "backend")),
                    entry(
                            "io.hdf5",
                            List.of(
                                    "op",
                                    "layer",
                                    "graph",
                                    "plan",
                                    "train",
                                    "model",
                                    "data",
                                    "io.keras",
                                    "applications",
                                    "demo",
                                    "cli",
                                    "backend")),
                    entry(
                            "config",
                            List.of(
                                    "op", "layer", "graph", "plan", "train", "model", "data", "io",
                                    "demo", "backend")),
                    entry("layer", List.of("graph", "plan", "train", "model", "demo", "backend")),
                    entry("layer.weight", FOLDERS_BESIDE_WEIGHT),
                    entry("graph", List.of("plan", "train", "model", "demo", "backend")),
                    entry("plan", List.of("train", "model", "demo", "backend.cpu", "backend.cuda")),
                    entry("train", List.of("model", "demo", "backend.cpu", "backend.cuda")),
                    entry("model", List.of("applications", "demo", "backend.cpu", "backend.cuda")),
                    entry("applications", List.of("demo", "backend")),
                    entry("demo", List.of("backend.cpu", "backend.cuda")),
                    entry("cli", List.of("backend.cpu", "backend.cuda")));

    static List<String> packages() {
        return FORBIDDEN.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void importsPointOneWay(String from) {
        String[] targets =
                FORBIDDEN.get(from).stream()
                        .map(p -> "dev.thaw." + p + "..")
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("dev.thaw." + from + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(targets)
                .check(MAIN);
    }

    @Test
    void nobodyImportsTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.thaw.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.thaw.cli..", "picocli..")
                .check(MAIN);
    }

    /** The root of the layers knows no layer but the one that data enters by. */
    @Test
    void whatAllLayersShareImportsNoneOfThem() {
        noClasses()
                .that()
                .resideInAPackage("dev.thaw.layer")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        FOLDERS_BESIDE_WEIGHT.stream()
                                .map(p -> "dev.thaw." + p + "..")
                                .toArray(String[]::new))
                .check(MAIN);
    }

    @Test
    void foldersOfLayersHaveNoCycles() {
        slices().matching("dev.thaw.layer.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.thaw.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void nobodyNamesABackendsInside() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.thaw.backend.cpu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.thaw.backend.cpu..")
                .check(MAIN);
    }

    @Test
    void thirdPartyTypesStayInside() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.thaw.backend.cpu..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(MAIN);
    }
}
