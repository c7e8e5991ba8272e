from inr2vec_core.api.examples import example_shapes as example_shapes
from inr2vec_core.api.fit import fit_inrs as fit_inrs
from inr2vec_core.api.inr_dataset import InrDataset as InrDataset
from inr2vec_core.api.inrs import Inrs as Inrs
from inr2vec_core.api.model import Inr2vecModel as Inr2vecModel
from inr2vec_core.api.model import load_model as load_model
from inr2vec_core.api.pictures import picture as picture
from inr2vec_core.api.recipe import FitRecipe as FitRecipe
from inr2vec_core.api.train import train_inr2vec as train_inr2vec
from inr2vec_core.errors import BadShape as BadShape
from inr2vec_core.errors import InputError as InputError
from inr2vec_core.geometry.preprocessing import ShapeSettings as ShapeSettings
from inr2vec_core.geometry.queries import QuerySampling as QuerySampling
from inr2vec_core.inrs.shared_init import SharedInit as SharedInit
from inr2vec_core.inrs.siren_config import SirenConfig as SirenConfig

__version__: str
