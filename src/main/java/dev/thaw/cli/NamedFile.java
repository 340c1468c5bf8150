package dev.thaw.cli;

import dev.thaw.graph.Structure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * A file, perhaps with the name of the input or output that it is for: {@code zeta=z.npy}.
 *
 * @param name empty where the order alone tells
 */
record NamedFile(String name, Path path) {
    static NamedFile of(String argument) {
        int equals = argument.indexOf('=');
        boolean named = equals > 0 && !Files.exists(Path.of(argument));
        return named
                ? new NamedFile(
                        argument.substring(0, equals), Path.of(argument.substring(equals + 1)))
                : new NamedFile("", Path.of(argument));
    }

    static List<Path> paths(List<String> arguments) {
        return arguments.stream().map(a -> of(a).path()).toList();
    }

    /**
     * The files in the order of a model's inputs or outputs: by their names where they have any,
     * and they must where the model has a dictionary.
     *
     * @param option how they were given, for messages
     * @param names of the inputs or outputs
     */
    static List<Path> inOrder(
            String option, List<String> arguments, List<String> names, Structure structure) {
        List<NamedFile> files = arguments.stream().map(NamedFile::of).toList();
        List<String> given = files.stream().map(NamedFile::name).filter(n -> !n.isEmpty()).toList();
        boolean dictionary = structure.isNamed() && names.size() > 1;
        if (given.isEmpty() && !dictionary) {
            return files.stream().map(NamedFile::path).toList();
        }
        if (files.size() != given.size()
                || given.size() != names.size()
                || !new HashSet<>(given).equals(new HashSet<>(names))) {
            throw new Failure(
                    "%s: needs one file for each of %s by its name, as in %s=FILE.npy, got %s"
                            .formatted(option, names, names.get(0), arguments));
        }
        return names.stream().map(n -> files.get(given.indexOf(n)).path()).toList();
    }
}
