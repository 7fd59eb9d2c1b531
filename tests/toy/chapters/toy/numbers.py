QUESTION = "What | comes first?"
ANSWER = "The number {first:.2f}."


def numbers(data):
    return {"first": float(data.x[0])}
