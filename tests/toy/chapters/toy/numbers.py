QUESTION = "What | comes first?"
ANSWER = "the number {first:.2f}"


def numbers(data):
    return {"first": float(data.x[0])}
