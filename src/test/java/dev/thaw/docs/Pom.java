package dev.thaw.docs;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import javax.xml.parsers.DocumentBuilderFactory;

/** What the project's pom.xml says. */
final class Pom {
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{(.*?)}");

    private final Element root;

    private Pom(Element root) {
        this.root = root;
    }

    static Pom read() throws Exception {
        Document d =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new File("pom.xml"));
        return new Pom(d.getDocumentElement());
    }

    /** An element of the root: the version, say. */
    String project(String name) {
        return text(root, name);
    }

    /** A property's value. */
    String property(String name) {
        return text(child(root, "properties"), name);
    }

    /** The artifacts that are optional, which a user does not receive. */
    List<String> optional() {
        return children(child(root, "dependencies"), "dependency").stream()
                .filter(d -> text(d, "optional").equals("true"))
                .map(d -> text(d, "artifactId"))
                .toList();
    }

    /** {@code group:artifact:version:classifier} of what a profile adds. */
    List<String> dependencies(String profile) {
        return children(child(root, "profiles"), "profile").stream()
                .filter(p -> text(p, "id").equals(profile))
                .flatMap(p -> children(child(p, "dependencies"), "dependency").stream())
                .map(this::coordinates)
                .toList();
    }

    private String coordinates(Element dependency) {
        return String.join(
                ":",
                text(dependency, "groupId"),
                text(dependency, "artifactId"),
                PROPERTY.matcher(text(dependency, "version")).replaceAll(m -> property(m.group(1))),
                text(dependency, "classifier"));
    }

    private static String text(Element parent, String name) {
        return children(parent, name).stream()
                .findFirst()
                .map(e -> e.getTextContent().strip())
                .orElse("");
    }

    private static Element child(Element parent, String name) {
        return children(parent, name).get(0);
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> all = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node n = nodes.item(i);
            if (n instanceof Element e && e.getTagName().equals(name)) {
                all.add(e);
            }
        }
        return all;
    }
}
