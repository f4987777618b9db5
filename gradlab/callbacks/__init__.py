"""Callbacks that watch a training in the hands of a trainer.

``gradlab.callbacks.lightning`` needs the extra ``lightning``, and
``gradlab.callbacks.huggingface`` the extra ``transformers``. They take the options of
:func:`gradlab.watch`; ``every`` is the trainer's own logging interval when left out.
"""
