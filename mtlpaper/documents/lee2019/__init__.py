"""Lee & Ndirango, "Generalization in multitask deep neural classifiers" (NeurIPS 2019)."""

from mtlpaper.companion.registry import Document, Sentence

#: Subjects of the claims.
ONE_TASK = "One task: Figure 1 and noisy teachers"
TABLE1 = "Two tasks: Table 1 and Eq. (5)"
FIGURES = "Two tasks: Figures 2 and 3"
AXES = "The published axes"

ABSTRACT = (
    Sentence(
        "There is an analytic theory of the generalisation dynamics of deep classifiers with "
        "softmax outputs and cross-entropy loss.",
        ("figure1-2-classes", "figure1-20-classes", "initial-conditions", "computed-analytically"),
    ),
    Sentence(
        "It accounts for finite training sets and for outputs that training correlates.",
        ("finite-size", "others-suppressed"),
    ),
    Sentence(
        "It is valid in comparison with a comprehensive suite of experiments.",
        ("row-a", "row-b", "row-c-grows", "row-c-harms", "row-d", "eq5-soft", "eq5-argmax"),
    ),
    Sentence(
        "How well multitask learning does is determined by the noisiness of the tasks and by how "
        "well their input features align.",
        (
            "up-with-relatedness",
            "up-with-snr-related",
            "no-gain-noisy-main",
            "alignment-decides",
        ),
    ),
    Sentence(
        "Highly related, clean tasks benefit each other.",
        ("gain-past-200", "auxiliary-data-help", "depth-trends"),
    ),
    Sentence(
        "Unrelated, clean tasks can be detrimental.",
        ("unrelated-harm", "auxiliary-data-harm"),
    ),
)

DOCUMENT = Document(
    authors="Lee & Ndirango",
    title="Generalization in multitask deep neural classifiers: a statistical physics approach",
    year=2019,
    venue="NeurIPS 2019",
    link="https://arxiv.org/abs/1910.13593",
    sections=(ONE_TASK, TABLE1, FIGURES, AXES),
    abstract=ABSTRACT,
    main=True,
)
