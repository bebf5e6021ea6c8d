"""Which of Qt's platforms a measured window would be on; prints its name."""

from PySide6.QtGui import QGuiApplication

if __name__ == "__main__":
    print(QGuiApplication([]).platformName())
