"""Read the files of a site: documents, data files, and declarations of forms."""
