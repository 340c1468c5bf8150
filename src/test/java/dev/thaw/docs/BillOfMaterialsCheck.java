package dev.thaw.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The bill of materials beside the package names what a user receives, in its version. */
class BillOfMaterialsCheck {
    private static final Map<String, String> PROPERTIES =
            Map.of(
                    "org.bytedeco:javacpp", "javacpp.version",
                    "org.bytedeco:dnnl", "dnnl.version",
                    "org.jcuda:jcuda", "jcuda.version",
                    "org.jcuda:jcudnn", "jcudnn.version",
                    "org.slf4j:slf4j-api", "slf4j.version",
                    "me.tongfei:progressbar", "progressbar.version",
                    "com.fasterxml.jackson.core:jackson-databind", "jackson.version",
                    "info.picocli:picocli", "picocli.version",
                    "org.knowm.xchart:xchart", "xchart.version");

    @Test
    void everyLibraryIsThereInItsVersion() throws Exception {
        Pom pom = Pom.read();
        File file = new File("target/thaw-%s-bom.json".formatted(pom.project("version")));
        JsonNode bom = new ObjectMapper().readTree(file);
        assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(bom.at("/metadata/component/name").asText()).isEqualTo("thaw");
        Map<String, String> versions = new TreeMap<>();
        List<String> unlicensed = new ArrayList<>();
        for (JsonNode c : bom.path("components")) {
            String name = c.path("group").asText() + ":" + c.path("name").asText();
            versions.put(name, c.path("version").asText());
            if (c.path("licenses").isEmpty()) {
                unlicensed.add(name);
            }
        }
        versions.forEach((name, version) -> System.out.println(name + " " + version));
        PROPERTIES.forEach(
                (name, property) ->
                        assertThat(versions).containsEntry(name, pom.property(property)));
        assertThat(versions.keySet())
                .as("what only tests need")
                .noneMatch(n -> n.contains("junit") || n.contains("jqwik") || n.contains("jhdf"));
        assertThat(unlicensed).isEmpty();
    }
}
