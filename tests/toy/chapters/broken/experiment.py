from mtlpaper.chapters.toy.experiment import STAGES as STAGES
