"""zh: the beginnings of a Chinese phrase book; it is no `compare.language.book.Book` yet."""

from compare.language.zh.answers import answers, columns

__all__ = ["answers", "columns"]
