package dev.thaw.applications;

/**
 * One guess at what an image shows.
 *
 * @param id the class's WordNet number, such as {@code n02123045}
 * @param description the class in words, such as {@code tabby}
 * @param score what the model gave it
 */
public record Prediction(String id, String description, float score) {}
