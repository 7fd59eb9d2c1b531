from mtlpaper.chapters.toy.figures import FIGURES as FIGURES
