"""Where faces are in a picture.

Viola and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features" (CVPR 2001), as OpenCV ships it.
M2FNet (arXiv 2206.02187) uses MTCNN, whose weights must be fetched, and so must those of mediapipe Tasks; the cascade
lies in OpenCV's package, needs no network and finds upright frontal faces. Another detector is one class with `find`.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sentio.errors import MissingExtra

Boxes = NDArray[np.int64]


class FaceDetector(Protocol):
    """What finds faces."""

    def find(self, picture: NDArray[np.uint8]) -> Boxes:
        """Boxes of the faces in a picture (height, width, 3): shape (faces, 4), left, top, width, height in pixels.

        Every box lies inside the picture and has an area.
        """
        ...


class CascadeDetector:
    """OpenCV's cascade for frontal faces. Faces narrower than `smallest` of the picture's shorter side are not
    looked for: they are mostly bystanders or no faces at all (our design).

    Raises `MissingExtra` without `face`.

    >>> CascadeDetector().find(np.zeros((90, 160, 3), np.uint8)).shape
    (0, 4)
    """

    def __init__(self, smallest: float = 0.15) -> None:
        try:
            import cv2.data
        except ImportError:
            raise MissingExtra("face") from None
        self._cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
        self._smallest = smallest

    def find(self, picture: NDArray[np.uint8]) -> Boxes:
        """See `FaceDetector`; the boxes stand from left to right."""
        import cv2

        grey = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        side = max(24, round(self._smallest * min(grey.shape)))
        found = self._cascade.detectMultiScale(grey, minSize=(side, side))
        boxes: Boxes = np.array(found, np.int64).reshape(-1, 4)
        return boxes[np.lexsort(boxes.T[::-1])]
